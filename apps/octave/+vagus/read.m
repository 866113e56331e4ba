function rec = read (name)
  % -- REC = vagus.read (NAME)
  %     Read a recording with its labels.
  %
  %     NAME is whatever `vagus run` takes: a file in any supported format, "ARCHIVE::inner/path", or "SET:RECORDING" of
  %     the store.
  %
  %     REC is a struct: name, subject, start (ISO 8601, "" unknown), duration_s, and
  %       REC.channels(i)  name, quantity ("ecg"), unit ("mv"), rate_hz, values (double, NaN where a sample is missing),
  %                        t_s (seconds since the start), gaps_s (a row a gap: from, to)
  %       REC.tracks(i)    name ("atr"), tick_hz, t_s, t_end_s, tick, label and text (cells)
  %
  %     Example:
  %       rec = vagus.read ("100.hea");
  %       plot (rec.channels(1).t_s, rec.channels(1).values)
  %
  %     See also: vagus.run, vagus.score, vagus.detector
  rec = vagus_mex ('read', name);
end
