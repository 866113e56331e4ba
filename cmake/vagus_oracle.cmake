# vagus_oracle(NAME SCRIPT [ARGS...])
#   A CTest entry `oracle.NAME` that runs the Python file SCRIPT (relative to the project's root) with ARGS in the oracles'
#   virtual environment, which tools/make_oracles_venv makes from the pinned tests/oracles/requirements.txt. ARGS may be
#   generator expressions: $<TARGET_FILE:dsp_oracle>. Exit code 77 means skipped (say why on standard output).
#   Without the environment no entry is made: a build needs nothing from PyPI.
set(VAGUS_ORACLES_VENV ${PROJECT_SOURCE_DIR}/build/oracles-venv CACHE PATH "Virtual environment of the outside oracles")

function(vagus_oracle name script)
  if(NOT VAGUS_TESTS OR NOT EXISTS ${VAGUS_ORACLES_VENV}/complete)
    return()
  endif()
  add_test(NAME oracle.${name} COMMAND ${VAGUS_ORACLES_VENV}/bin/python ${PROJECT_SOURCE_DIR}/${script} ${ARGN})
  set_tests_properties(oracle.${name} PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77 LABELS oracle
    ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1;OMP_NUM_THREADS=1;OPENBLAS_NUM_THREADS=1")
endfunction()
