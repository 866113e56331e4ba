/* What newlib's libm asks of the C library beside it: where errno lies. Counted with libm. */
int* __errno(void);
int* __errno(void) {
  static int number;
  return &number;
}
