classdef detector < handle
  % -- DET = vagus.detector (NAME, RATE_HZ)
  % -- DET = vagus.detector (NAME, RATE_HZ, KEY, VALUE, ...)
  %     The device's own detector, fed chunk by chunk.
  %
  %     RATE_HZ is that of the samples to come; KEY and VALUE are settings of the detector, or "probes", "all".
  %
  %       EVENTS = DET.push (SAMPLES)  the next samples, a row a sample and a column a channel, in the units the detector
  %                                    reads; what became known, as vagus.run gives it (without summary), often nothing
  %       DET.gap (SECONDS)            so much was lost before the next push
  %       EVENTS = DET.finish ()       the signal ended; nothing can be pushed afterwards
  %       STATE = DET.snapshot ()      the state, uint8
  %       DET.restore (STATE)          go on from it, in this detector or another of the same name, rate and settings
  %       DET.close ()                 give its memory back (at the latest when Octave ends)
  %
  %     Samples and times count from the first sample pushed.
  %
  %     Example:
  %       det = vagus.detector ("health.beats", 360);
  %       for k = 1:360:numel (x) - 359
  %         beats = det.push (x(k:k + 359));
  %       end
  %
  %     See also: vagus.run
  properties (SetAccess = private)
    name
    rate_hz
  end
  properties (Access = private)
    id = -1
  end
  methods
    function self = detector (name, rate_hz, varargin)
      self.id = vagus_mex ('stream', name, rate_hz, vagus.internal.settings_text (varargin));
      self.name = name;
      self.rate_hz = rate_hz;
    end
    function events = push (self, samples)
      events = vagus_mex ('push', self.id, samples);
    end
    function gap (self, seconds)
      vagus_mex ('gap', self.id, seconds);
    end
    function events = finish (self)
      events = vagus_mex ('finish', self.id);
    end
    function state = snapshot (self)
      state = vagus_mex ('snapshot', self.id);
    end
    function restore (self, state)
      vagus_mex ('restore', self.id, state);
    end
    function close (self)
      if self.id >= 0
        vagus_mex ('close', self.id);
        self.id = -1;
      end
    end
    function delete (self)
      self.close ();
    end
  end
end
