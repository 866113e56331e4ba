function side = side_of (protocol, given)
  % What vagus_mex takes as one side of a score.
  if ischar (given)
    side = given;
  elseif isnumeric (given)
    side = struct ('samples', double (given(:)), 'unreadable', [], 'rate_hz', 0);
  elseif isstruct (given) && isfield (given, 'unreadable') && isfield (given, 't_s')
    if strcmp (protocol, 'ec57')
      if ~isfield (given, 'sample')
        error ('vagus:usage', 'ec57 compares moments: events with a field sample');
      end
      rate_hz = 0;
      if isfield (given, 'summary')
        rate_hz = given.summary.rate_hz;
      end
      rows = [];
      for i = 1:numel (given.unreadable)
        rows = [rows; given.unreadable(i).start_sample; given.unreadable(i).end_sample];
      end
      side = struct ('samples', given.sample, 'unreadable', rows, 'rate_hz', rate_hz);
    else
      side = rows_of_events (given);
    end
  elseif isstruct (given)
    side.rows = given;
    side.duration_s = -1;
  else
    error ('vagus:usage', 'a side of a score is a name, events, sample numbers, or rows');
  end
end

function side = rows_of_events (events)
  empty = struct ('t_start_s', [], 't_end_s', [], 't_impact_s', [], 'score', [], 'kind', '', 'label', '');
  rows = empty([]);
  names = fieldnames (events);
  labels = {};
  for i = 1:numel (names)
    if isempty (labels) && iscell (events.(names{i}))
      labels = events.(names{i});
    end
  end
  for i = 1:numel (events.t_s)
    one = empty;
    one.t_start_s = events.t_s(i);
    if isfield (events, 't_start_s')
      one.t_start_s = events.t_start_s(i);
      one.t_end_s = events.t_end_s(i);
    end
    if isfield (events, 't_impact_s')
      one.t_impact_s = double (events.t_impact_s(i));
    end
    one.score = double (events.quality(i));
    if ~isempty (labels)
      one.label = labels{i};
    end
    rows(end + 1) = one;
  end
  for i = 1:numel (events.unreadable)
    one = empty;
    one.t_start_s = events.unreadable(i).t_start_s;
    one.t_end_s = events.unreadable(i).t_end_s;
    one.kind = 'unreadable';
    rows(end + 1) = one;
  end
  side.rows = rows;
  side.duration_s = -1;
  if isfield (events, 'summary')
    side.duration_s = events.summary.duration_s;
  end
end
