function demo_beats (name, picture, from_s)
  % -- demo_beats (NAME, PICTURE)
  % -- demo_beats (NAME, PICTURE, FROM_S)
  %     Find the beats of a recording and draw ten seconds of them, from FROM_S (default 0) on, into the file PICTURE (PNG).
  %
  %     Example:
  %       demo_beats ("100.hea", "beats.png")
  %
  %     See also: vagus.read, vagus.run, vagus.score
  if nargin < 3
    from_s = 0;
  end
  rec = vagus.read (name);
  beats = vagus.run ('health.beats', name);
  ecg = rec.channels(find (strcmp ({rec.channels.name}, beats.summary.channel), 1));
  rates = 60 ./ diff (beats.t_s);
  fprintf ('%s: %d beats in %.1f s, median heart rate %.1f bpm\n', rec.name, numel (beats.t_s), rec.duration_s, median (rates));
  if any (strcmp ({rec.tracks.name}, 'atr')) && rec.duration_s > 10
    result = vagus.score ('ec57', name, beats, 'from_s', min (300, rec.duration_s / 2));
    fprintf ('against its labels: sensitivity %.4f, positive predictivity %.4f\n', result.se, result.ppv);
  end

  octave = exist ('OCTAVE_VERSION', 'builtin') ~= 0;
  if octave && isempty (available_graphics_toolkits ())
    fprintf ('no graphics toolkit is here (gnuplot-nox and fonts-freefont-otf bring one): nothing drawn\n');
    return
  end
  figure ('visible', 'off');
  shown = ecg.t_s >= from_s & ecg.t_s < from_s + 10;
  found = beats.t_s >= from_s & beats.t_s < from_s + 10;
  plot (ecg.t_s(shown), ecg.values(shown), 'b');
  hold on
  plot (beats.t_s(found), ecg.values(beats.sample(found) + 1), 'ro');
  hold off
  xlabel ('time, s');
  ylabel ([ecg.name ', ' ecg.unit]);
  title (['health.beats on ' rec.name]);
  device = '-dpng';
  if octave && strcmp (graphics_toolkit (), 'gnuplot')
    device = '-dpngcairo';  % without Ghostscript
  end
  print (gcf (), picture, device);
end
