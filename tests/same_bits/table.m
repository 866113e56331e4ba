% Prints what detectors say of recordings as a table of all fields, by the package for Octave. Arguments as table.c.
1;

arguments = argv ();
for detector = strsplit (arguments{1}, ',')
  for i = 2:numel (arguments)
    events = vagus.run (detector{1}, arguments{i});
    printf ('# %s %s\n', detector{1}, arguments{i});
    names = setdiff (fieldnames (events), {'unreadable', 'curves', 'summary'}, 'stable');
    types = struct ('double', 'f8', 'single', 'f4', 'logical', 'b', 'cell', 't');
    forms = struct ('f8', '%.17g', 'f4', '%.9g', 'b', '%d', 't', '%s');
    heads = cell (1, numel (names));
    written = heads;
    rows = cell (numel (names), numel (events.t_s));
    for k = 1:numel (names)
      column = events.(names{k});
      type = types.(class (column));
      heads{k} = [names{k} ':' type];
      written{k} = forms.(type);
      if ~iscell (column)
        column = num2cell (double (column));
      end
      rows(k, :) = column;
    end
    printf ('%s\n', strjoin (heads, ','));
    if ~isempty (rows)
      printf ('%s', strrep (sprintf ([strjoin(written, ',') '\n'], rows{:}), 'NaN', 'nan'));
    end
    for k = 1:numel (events.unreadable)
      stretch = events.unreadable(k);
      printf ('unreadable,%.17g,%.17g,%s\n', stretch.t_start_s, stretch.t_end_s, stretch.reason);
    end
  end
end
