% Heart beats of a whole recording: canonical CSV on standard input, JSON Lines on standard output.
%   vagus run --exec 'octave-cli beats.m' 100.hea
1;

function y = mean_over (x, n)
  % Centred moving mean over n samples.
  y = conv (x, ones (n, 1) / n, "same");
end

fgetl (stdin);                                    % t_s,ecg_mv
rows = fscanf (stdin, "%f,%f", [2, Inf])';
t_s = rows(:, 1);
ecg_mv = rows(:, 2);
rate_hz = str2double (getenv ("VAGUS_RATE_HZ"));
share = str2double (getenv ("VAGUS_SET_SHARE"));  % config = {share = ...} of a study
if isnan (share)
  share = 0.3;
end
window = @(seconds) max (1, round (seconds * rate_hz));

% Energy of slopes, held against its usual peaks: the median, over 11 blocks, of the highest in each block of 2 s.
height = abs (ecg_mv - mean_over (ecg_mv, window (0.4)));
energy = mean_over ([0; diff(ecg_mv)] .^ 2, window (0.1));
block = min (window (2), numel (energy));
blocks = floor (numel (energy) / block);
peaks = max (reshape (energy(1:block * blocks), block, blocks), [], 1);
usual = arrayfun (@(k) median (peaks(max (1, k - 5):min (blocks, k + 5))), 1:blocks);
level = usual(min (blocks, 1 + floor ((0:numel (energy) - 1) / block)))';

% Each run above the threshold holds a beat, at its highest deflection; none within 0.25 s of the one before.
above = [0; energy > share * level; 0];
from = find (diff (above) == 1);
to = find (diff (above) == -1) - 1;
last_s = -1;
for k = 1:numel (from)
  [~, at] = max (height(from(k):to(k)));
  beat_s = t_s(from(k) + at - 1);
  if beat_s - last_s > 0.25
    printf ("{\"t_s\": %.6f}\n", beat_s);
    last_s = beat_s;
  end
end
