# Heart beats by the energy of slopes, as the samples come: canonical CSV in, JSON Lines out.
#   vagus run --exec 'awk -f beats.awk' 100.hea
# VAGUS_RATE_HZ is the sampling rate; VAGUS_SET_SHARE, where a study sets `config = {share = ...}`, the threshold.
BEGIN {
  FS = ","
  rate = ENVIRON["VAGUS_RATE_HZ"]
  share = "VAGUS_SET_SHARE" in ENVIRON ? ENVIRON["VAGUS_SET_SHARE"] : 0.3
  lag = int(0.02 * rate + 0.5)                     # a QRS complex climbs within some 20 ms
  energy_gain = 1 / (0.06 * rate)
  mean_gain = 1 / (0.4 * rate)
  decay = exp(-1 / (4 * rate))                     # the highest energy of the last seconds is forgotten in 4 s
}
NR == 1 { next }                                   # t_s,ecg_mv
{
  n++
  if (n == 1) mean = $2
  mean += mean_gain * ($2 - mean)
  value[n] = $2
  slope = n > lag ? $2 - value[n - lag] : 0
  delete value[n - lag]
  energy += energy_gain * (slope * slope - energy)
  if (n < rate) { level = energy > level ? energy : level; next }   # the first second is for learning
  level = energy > level ? energy : level * decay
  if (left == 0 && wait <= 0 && energy > share * level) { left = int(0.12 * rate); highest = 0; at = $1 }
  wait--
  if (left == 0) next
  height = $2 > mean ? $2 - mean : mean - $2
  if (height > highest) { highest = height; at = $1 }
  if (--left == 0) { printf "{\"t_s\":%.6f}\n", at; wait = int(0.2 * rate) }
}
