function texts = settings_text (pairs)
  % -- TEXTS = vagus.internal.settings_text (PAIRS)
  %     Settings as the program takes them: a cell of names and values, each value as text that reads back as the same.
  if mod (numel (pairs), 2) ~= 0
    error ('vagus:usage', 'settings are pairs of a name and a value');
  end
  texts = pairs;
  for i = 2:2:numel (pairs)
    value = pairs{i};
    if islogical (value) && isscalar (value)
      names = {'false', 'true'};
      texts{i} = names{1 + value};
    elseif isnumeric (value) && isscalar (value) && isreal (value)
      texts{i} = sprintf ('%.17g', double (value));
    elseif ~ischar (value)
      error ('vagus:usage', 'the value of "%s" is a number, true or false, or a text', pairs{i - 1});
    end
  end
end
