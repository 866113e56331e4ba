% What holds of the package for Octave. Run in a folder with ecg.hea (a minute, simulated), the package in the path.
1;

function check (holds, what)
  if ~holds
    error ('%s does not hold', what);
  end
end

function refused (call, identifier, words)
  try
    call ();
  catch e
    check (strcmp (e.identifier, identifier), [e.identifier ' for ' words]);
    check (~isempty (strfind (e.message, words)), ['"' words '" in "' e.message '"']);
    return
  end
  error ('not refused: %s', words);
end

function whole = joined (parts)
  whole = struct ('t_s', [], 'sample', [], 'quality', [], 't_known_s', [], 'at_end', []);
  for name = fieldnames (whole)'
    for i = 1:numel (parts)
      whole.(name{1}) = [whole.(name{1}); parts{i}.(name{1})];
    end
  end
end

% Reading.
rec = vagus.read ('ecg.hea');
check (strcmp (rec.name, 'ecg') && abs (rec.duration_s - 60) < 0.01, 'name and duration');
check (numel (rec.channels) == 2 && strcmp (rec.channels(1).quantity, 'ecg') && strcmp (rec.channels(1).unit, 'mv'), 'channels');
check (isempty (rec.channels(1).gaps_s) && rec.channels(1).t_s(1) == 0, 'times');
check (strcmp (rec.tracks(1).name, 'atr') && iscellstr (rec.tracks(1).label), 'tracks');
check (isequal (rec.tracks(1).t_s, rec.tracks(1).tick / rec.tracks(1).tick_hz), 'times of labels');

% Running: by name, by struct, by arrays the same.
beats = vagus.run ('health.beats', 'ecg.hea');
check (numel (beats.t_s) == beats.summary.beats && numel (beats.t_s) > 30, 'beats');
check (isa (beats.quality, 'single') && islogical (beats.at_end), 'classes');
check (isempty (beats.unreadable) && isempty (beats.curves), 'nothing but events');
rate_hz = rec.channels(1).rate_hz;
x = rec.channels(1).values;
for given = {rec, struct('ecg_mv', x, 'rate_hz', rate_hz), struct('ecg_mv', single (x), 'rate_hz', rate_hz), ...
             struct('ecg_mv', x', 'rate_hz', rate_hz)}
  again = vagus.run ('health.beats', given{1});
  check (isequal (again.sample, beats.sample) && isequal (again.quality, beats.quality) && isequal (again.t_s, beats.t_s), ...
         'the same from arrays');
end
sooner = vagus.run ('health.beats', 'ecg.hea', 'delay_s', 1);
check (sooner.t_known_s(1) < beats.t_known_s(1), 'a setting');
probed = vagus.run ('health.beats', 'ecg.hea', 'probes', 'all', 'scores', true);
check (any (strcmp ({probed.curves.name}, 'probe:wave')) && any (strcmp ({probed.curves.name}, 'candidate') | ...
       strcmp ({probed.curves.name}, 'score')), 'probes and scores');
check (numel (probed.curves(1).t_s) == numel (probed.curves(1).values), 'points of a curve');
quality = vagus.run ('health.quality', rec);
check (isfield (quality, 't_start_s') && any (structfun (@iscell, quality)), 'stretches with labels');

% A hole of ten seconds, told by the times.
t_s = rec.channels(1).t_s;
t_s(t_s >= 30) += 10;
torn = vagus.run ('health.beats', struct ('ecg_mv', x, 't_s', t_s));
check (torn.summary.gaps == 1 && ~any (torn.t_s > 30 & torn.t_s < 40), 'a gap');

% Streams: any chunks the same as the whole, and a snapshot goes on.
for chunk = [50, 360, numel(x)]
  det = vagus.detector ('health.beats', rate_hz);
  parts = {};
  for k = 1:chunk:numel (x)
    parts{end + 1} = det.push (x(k:min (k + chunk - 1, end)));
  end
  parts{end + 1} = det.finish ();
  whole = joined (parts);
  for name = fieldnames (whole)'
    check (isequal (double (whole.(name{1})), double (beats.(name{1}))), ['a stream in chunks: ' name{1}]);
  end
  det.close ();
end
one = vagus.detector ('health.beats', rate_hz);
two = vagus.detector ('health.beats', rate_hz);
one.push (x(1:5000));
one.gap (2.5);
two.restore (one.snapshot ());
a = joined ({one.push(x(5001:end)), one.finish()});
b = joined ({two.push(x(5001:end)), two.finish()});
check (isequal (a, b) && numel (a.t_s) > 10, 'a snapshot');
refused (@() one.push (1), 'vagus:usage', 'ended');
one.close ();
refused (@() one.push (1), 'vagus:usage', 'closed');

% Scores: what the program says of its own.
[s, text] = vagus.score ('ec57', 'ecg.hea', beats, 'from_s', 5);
check (s.tp > 30 && s.fn == 0 && s.fp == 0 && ischar (text), 'ec57');
t = vagus.score ('ec57', 'ecg.hea', beats.sample, 'from_s', 5);
check (s.tp == t.tp && s.rr_rms_ms == t.rr_rms_ms, 'samples alone');
truth = struct ('t_start_s', {100, 500}, 't_end_s', {103, 503}, 't_impact_s', {101, 501});
found = struct ('t_start_s', {102, 2000}, 'score', {0.9, 0.8});
e = vagus.score ('events', truth, found);
check (e.detected == 1 && e.missed == 1, 'events');
w = vagus.score ('windows', quality, quality);
check (isstruct (w), 'windows of what a detector said');

% What is refused.
refused (@() vagus.read ('nowhere.hea'), 'vagus:input', 'nowhere.hea');
refused (@() vagus.read (7), 'vagus:usage', 'text');
refused (@() vagus.run ('health.beets', rec), 'vagus:usage', 'did you mean');
refused (@() vagus.run ('health.beats', rec, 'treshold', 0.5), 'vagus:usage', 'threshold');
refused (@() vagus.run ('health.beats', rec, 'threshold'), 'vagus:usage', 'pairs');
refused (@() vagus.run ('health.beats', rec, 'threshold', [1 2]), 'vagus:usage', 'threshold');
refused (@() vagus.run ('health.beats', rec, 'threshold', NaN), 'vagus:usage', 'threshold');
refused (@() vagus.run ('health.beats', struct ('ecg_mv', x)), 'vagus:usage', 'rate_hz');
refused (@() vagus.run ('health.beats', struct ('ecg_mv', [], 'rate_hz', 250)), 'vagus:usage', 'not one sample');
refused (@() vagus.run ('health.beats', struct ('ecg_mv', ones (4, 4), 'rate_hz', 250)), 'vagus:usage', 'vector');
refused (@() vagus.run ('health.beats', struct ('ecg_mv', 'text', 'rate_hz', 250)), 'vagus:usage', 'vector');
refused (@() vagus.run ('health.beats', struct ('ecg_mv', x + 1i, 'rate_hz', 250)), 'vagus:usage', 'vector');
refused (@() vagus.run ('health.beats', struct ('ecg_mv', x, 'rate_hz', NaN)), 'vagus:usage', 'Hz');
refused (@() vagus.run ('health.beats', struct ('ecg_mv', x, 't_s', 1:3)), 'vagus:usage', 'times');
refused (@() vagus.run ('health.beats', struct ('ecg_mv', nan (2000, 1), 'rate_hz', 250)), 'vagus:input', 'sample');
refused (@() vagus.run ('health.beats', 7), 'vagus:usage', 'recording');
refused (@() vagus.score ('ec75', 'ecg.hea', beats), 'vagus:usage', 'ec57');
refused (@() vagus.score ('ec57', 'ecg.hea', 1.5), 'vagus:usage', 'whole');
refused (@() vagus.score ('ec57', 'ecg.hea', {}), 'vagus:usage', 'side');
refused (@() vagus.detector ('health.beats', -1), 'vagus:usage', 'Hz');
det = vagus.detector ('health.beats', 250);
refused (@() det.push (ones (3, 3)), 'vagus:usage', 'chunk');
refused (@() det.push ('text'), 'vagus:usage', 'real numbers');
refused (@() det.gap (NaN), 'vagus:usage', 'gap');
refused (@() det.restore (uint8 ([1 2 3])), 'vagus:input', 'damaged');
refused (@() det.restore ([1 2 3]), 'vagus:usage', 'uint8');
check (numel (det.push ([]).t_s) == 0 && numel (det.push (nan (1000, 1)).t_s) == 0, 'NaN is no beat');
det.close ();

% Many come and go.
for i = 1:1000
  det = vagus.detector ('health.beats', 250);
  det.close ();
end

% Help.
for name = {'vagus.read', 'vagus.run', 'vagus.score', 'vagus.detector', 'demo_beats'}
  text = evalc (['help ' name{1}]);
  check (~isempty (strfind (text, 'Example:')), ['help ' name{1}]);
end
disp ('all laws hold');
