function events = run (detector, recording, varargin)
  % -- EVENTS = vagus.run (DETECTOR, RECORDING)
  % -- EVENTS = vagus.run (DETECTOR, RECORDING, KEY, VALUE, ...)
  %     Run a detector over a recording: the events that the program `vagus` says, bit for bit.
  %
  %     DETECTOR is a name ("health.beats"; `vagus detectors` lists them). RECORDING is one of
  %       a name as vagus.read takes it;
  %       what vagus.read gave, perhaps with other values;
  %       a struct of arrays whose names are those of canonical CSV, with rate_hz, or t_s for each sample:
  %         struct ("acc_x_g", x, "acc_y_g", y, "acc_z_g", z, "rate_hz", 50)
  %
  %     KEY and VALUE are the detector's settings (`vagus detectors NAME`), "channel" (name or index), "scores" (true: what
  %     was weighed and not reported too), or "probes" ("all", or names parted by commas).
  %
  %     EVENTS is a struct of columns, a row an event: t_s (seconds since the start), sample (row of the input, from 0) or
  %     t_start_s and t_end_s, quality (single), the detector's own, t_known_s, at_end; and
  %       EVENTS.unreadable(i)  t_start_s, t_end_s, start_sample, end_sample, reason: where it could not tell
  %       EVENTS.curves(i)      name ("probe:wave", "score"), t_s, values
  %       EVENTS.summary        the program's summary line
  %
  %     Example:
  %       beats = vagus.run ("health.beats", "100.hea", "threshold", 0.5);
  %       hr_bpm = 60 ./ diff (beats.t_s);
  %
  %     See also: vagus.read, vagus.score, vagus.detector
  if ~ischar (recording)
    recording = vagus.internal.channels_of (recording);
  end
  events = vagus_mex ('run', detector, recording, vagus.internal.settings_text (varargin));
  events.summary = jsondecode (events.summary);
end
