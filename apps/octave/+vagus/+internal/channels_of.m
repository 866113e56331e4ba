function channels = channels_of (given)
  % A recording as people hold it, as the struct array that vagus_mex takes.
  if ~isstruct (given) || numel (given) ~= 1
    error ('vagus:usage', 'a recording is a name, what vagus.read gave, or a struct of arrays');
  end
  empty = struct ('name', '', 'unit', '', 'values', [], 'rate_hz', 0, 't_s', []);
  channels = empty([]);
  if isfield (given, 'channels')
    for i = 1:numel (given.channels)
      from = given.channels(i);
      one = empty;
      one.name = from.name;
      one.unit = from.unit;
      one.values = from.values;
      one.rate_hz = from.rate_hz;
      if ~isempty (from.gaps_s)
        one.t_s = from.t_s;
      end
      channels(end + 1) = one;
    end
    return
  end
  names = setdiff (fieldnames (given), {'rate_hz', 't_s'}, 'stable');
  for i = 1:numel (names)
    one = empty;
    one.name = names{i};
    one.values = given.(names{i});
    if isfield (given, 't_s')
      one.t_s = double (given.t_s);
    elseif isfield (given, 'rate_hz')
      one.rate_hz = given.rate_hz;
    else
      error ('vagus:usage', 'a recording of arrays has a rate_hz, or t_s for each sample');
    end
    if ~isnumeric (one.values) || ~isreal (one.values) || (~isempty (one.values) && ~isvector (one.values))
      error ('vagus:usage', '%s: samples are a vector of real numbers', one.name);
    end
    if ~any (strcmp (class (one.values), {'double', 'single', 'int16', 'int32'}))
      one.values = double (one.values);
    end
    channels(end + 1) = one;
  end
end
