using System.Diagnostics;
using System.Globalization;

namespace Quai.Fuzzing;

/// <summary>One run of one property.</summary>
internal sealed class PropertyRun(Property property, Corpus corpus, FuzzSettings settings)
{
    // The first inputs are the same in each run, so that a test that fails for a simple reason does so always.
    private const int FixedRounds = 50;
    private const int MaxFindings = 10;

    private readonly Dictionary<string, (string File, Exception? Error)> _findings = [];
    private readonly Pool _pool = new();
    private int _runs;

    /// <summary>Tries one input.</summary>
    public void Replay(string path) => Conclude(() =>
    {
        using Trial trial = new(property, null);
        Try(trial, Corpus.Read(path), path);
    });

    /// <summary>Tries the corpus, then what is made at random.</summary>
    public void Run() => Conclude(() =>
    {
        using CurrentInput current = new(property.Name);
        using Trial trial = new(property, current);
        foreach (string file in corpus.Files)
        {
            Try(trial, Corpus.Read(file), file);
        }

        foreach (byte[] seed in property.Seeds)
        {
            Try(trial, seed, null);
            _pool.Add(seed);
        }

        long start = Stopwatch.GetTimestamp();
        foreach (byte[] input in Always())
        {
            Try(trial, input, null);
            if (Stopwatch.GetElapsedTime(start) > settings.Time && !settings.IsThorough)
            {
                break;
            }
        }

        start = Stopwatch.GetTimestamp();
        for (int i = 0; (i < FixedRounds || Stopwatch.GetElapsedTime(start) < settings.Time) && _findings.Count < MaxFindings && !trial.IsStuck; i++)
        {
            Try(trial, Make(new Random(i < FixedRounds ? i : unchecked(settings.Seed + i))), null);
        }
    });

    /// <summary>All in a thorough run, others each time in a short one.</summary>
    private IEnumerable<byte[]> Always()
    {
        if (settings.IsThorough)
        {
            return property.Always;
        }

        byte[][] all = [.. property.Always];
        new Random(settings.Seed).Shuffle(all);
        return all;
    }

    private byte[] Make(Random random)
    {
        byte[] input = property.Generate is { } generate && (_pool.IsEmpty || random.Next(3) == 0) ? generate(random) : _pool.Pick(random);
        for (int n = property.Generate is null ? random.Next(1, 4) : random.Next(0, 4); n > 0; n--)
        {
            input = property.Mutate(random, input);
        }

        return input;
    }

    private void Try(Trial trial, byte[] input, string? file)
    {
        if (input.Length > CurrentInput.MaxLength || trial.IsStuck)
        {
            return;
        }

        _runs++;
        Outcome outcome = trial.Of(input);
        if (outcome.Broken is not { } fault)
        {
            _pool.Offer(input, outcome.Sort);
        }
        else if (!_findings.ContainsKey(fault))
        {
            _findings[fault] = (file ?? corpus.Keep(trial.IsStuck ? input : Smaller.Of(input, trial, fault)), outcome.Error);
        }
    }

    private void Conclude(Action run)
    {
        long start = Stopwatch.GetTimestamp();
        run();
        if (settings.Report is { } report)
        {
            string seconds = Stopwatch.GetElapsedTime(start).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
            File.AppendAllText(report, string.Join('\t', [property.Name, _runs, seconds, _findings.Count, .. _findings.Select(f => f.Value.File)]) + "\n");
        }

        if (_findings.Count > 0)
        {
            throw new PropertyBrokenException(
                $"{property.Name} does not hold after {_runs} inputs (seed {settings.Seed}):\n"
                + string.Join('\n', _findings.Select(f => $"{f.Key}\n  again: eng/fuzz --replay {f.Value.File}\n  {f.Value.Error}")),
                _findings.First().Value.Error);
        }
    }
}
