function [result, text] = score (protocol, reference, test, varargin)
  % -- RESULT = vagus.score (PROTOCOL, REFERENCE, TEST)
  % -- RESULT = vagus.score (PROTOCOL, REFERENCE, TEST, KEY, VALUE, ...)
  % -- [RESULT, TEXT] = vagus.score (...)
  %     Compare two sets of annotations: the counts of `vagus score`.
  %
  %     PROTOCOL is "ec57" (beats), "events" (falls, crashes) or "windows" (a label a window). REFERENCE and TEST are each
  %       a name: an annotation file, a CSV of events, a recording, "SET:RECORDING";
  %       what vagus.run gave;
  %       for ec57 an array of sample numbers from 0, at the other side's rate;
  %       for events and windows a struct array of rows with t_start_s and perhaps t_end_s, t_impact_s, score, kind, label.
  %
  %     KEY is "from_s" (ec57 counts from 300 s unless told), "to_s", "window_s", "map" ("bxb", "ec57") or "rule" ("fall",
  %     "crash").
  %
  %     RESULT is a struct with the fields of `vagus score --json` (tp, fn, fp, se, ppv ...), TEXT the table for people.
  %
  %     Example:
  %       s = vagus.score ("ec57", "100.hea", vagus.run ("health.beats", "100.hea"));
  %       printf ("sensitivity %.4f\n", s.se);
  %
  %     See also: vagus.run
  [json, text] = vagus_mex ('score', protocol, vagus.internal.side_of (protocol, reference), ...
                            vagus.internal.side_of (protocol, test), vagus.internal.settings_text (varargin));
  result = jsondecode (json);
end
