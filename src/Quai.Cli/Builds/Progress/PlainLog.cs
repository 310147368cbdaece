using System.Globalization;
using System.Text;
using Quai.BuildClient.Progress;

namespace Quai.Cli.Builds.Progress;

/// <summary>
/// Progress as lines that stay, each with the number of its step: <c>#5 [2/3] RUN make</c>. One step is shown at a time; others wait until it has ended, or has
/// been shown for long enough.
/// </summary>
/// <param name="build">What is shown.</param>
internal sealed class PlainLog(ShownBuild build)
{
    private const int LongestName = 72;
    private const double LeastProgress = 0.05;
    private static readonly TimeSpan s_leastTime = TimeSpan.FromSeconds(5), s_calm = TimeSpan.FromSeconds(5), s_mostDelay = TimeSpan.FromSeconds(10);

    private readonly Dictionary<(int Step, string Part), StepStatus> _last = [];
    private ShownStep? _current;
    private bool _begun;
    private int _count;

    /// <summary>The text for what is new.</summary>
    public string Next()
    {
        var text = new StringBuilder();
        Next(text);
        return text.ToString();
    }

    private void Next(StringBuilder text)
    {
        List<ShownStep> completed = [.. build.Updated.Where(s => s.IsCompleted).OrderBy(s => s.EndedAt)], rest = [.. build.Updated.Where(s => !s.IsCompleted)];
        bool currentEnded = _current is not null && completed.Remove(_current);
        if (currentEnded)
        {
            Print(text, _current!);
        }

        foreach (ShownStep step in completed)
        {
            Print(text, step);
        }

        if (rest.Count == 0)
        {
            if (_current is { IsStarted: true, IsCompleted: false })
            {
                return;
            }

            if (build.Steps.FirstOrDefault(s => s is { IsStarted: true, IsCompleted: false }) is { } open)
            {
                Print(text, open);
            }

            return;
        }

        if (_current is not null && rest.Contains(_current))
        {
            Print(text, _current);
        }

        Switch(text, rest, currentEnded);
    }

    // Which of the steps that go on is shown next: the one that has most to tell, or has waited too long.
    private void Switch(StringBuilder text, List<ShownStep> rest, bool currentEnded)
    {
        if (_current is not null && !rest.Contains(_current))
        {
            rest.Add(_current);
        }

        DateTime now = DateTime.UtcNow;
        var waits = rest.ToDictionary(s => s, s => now - (s.WaitingSince ?? now));
        double Speed(ShownStep step) => step.Pending / Math.Max(waits[step].TotalSeconds, 0.001);
        bool TooLong(ShownStep step) => waits[step] > s_mostDelay && step != _current;
        ShownStep most = rest.FirstOrDefault(TooLong) ?? rest.MaxBy(Speed)!;
        if (currentEnded || _current is null || TooLong(most))
        {
            if (most != _current)
            {
                Print(text, most);
            }

            return;
        }

        double sum = rest.Sum(Speed), share = sum > 0 ? Speed(_current) / sum : 1;
        if (share < 1 && s_calm.TotalSeconds / (1 - share) < waits[_current].TotalSeconds && most != _current)
        {
            Print(text, most);
        }
    }

    private void Print(StringBuilder text, ShownStep step)
    {
        if (step != _current)
        {
            Introduce(text, step);
        }

        bool open = PrintParts(text, step);
        foreach (StepWarning warning in step.Warnings)
        {
            text.Append(CultureInfo.InvariantCulture, $"#{step.Index} WARN: {warning.Short}\n");
        }

        step.Warnings.Clear();
        PrintLines(text, step);
        build.Updated.Remove(step);
        step.Pending = 0;
        step.WaitingSince = step.IsCompleted ? null : DateTime.UtcNow;
        _current = step;
        if (!step.IsCompleted || open)
        {
            return;
        }

        _current = null;
        if (step.IsPartial && step.Shown > 0)
        {
            text.Append('\n');
            step.Shown = 0;
        }

        text.Append(CultureInfo.InvariantCulture, $"#{step.Index} {Outcome(step)}\n");
    }

    private void Introduce(StringBuilder text, ShownStep step)
    {
        if (_current is { } old)
        {
            text.Append(old.Shown > 0 ? "\n" : "").Append(CultureInfo.InvariantCulture, $"#{old.Index} ...\n");
            old.Shown = 0;
            old.WaitingSince = DateTime.UtcNow;
        }

        step.Index = step.Index > 0 ? step.Index : ++_count;
        text.Append(_begun ? "\n" : "").Append(CultureInfo.InvariantCulture, $"#{step.Index} {Limited(step.Change.Name)}\n");
        _begun = true;
    }

    private static string Outcome(ShownStep step) =>
        step.IsCancelled ? "CANCELED"
        : step.HasFailed ? "ERROR: " + step.Change.Error
        : step.Change.IsCached ? "CACHED"
        : step.Took(DateTimeOffset.UtcNow) is { } took ? string.Create(CultureInfo.InvariantCulture, $"DONE {took.TotalSeconds:F1}s")
        : "DONE";

    private bool PrintParts(StringBuilder text, ShownStep step)
    {
        bool open = false;
        foreach (StepStatus status in step.Statuses.Where(s => step.Updated.Contains(s.Id)))
        {
            if (_last.TryGetValue((step.Index, status.Id), out StepStatus? last) && status.CompletedAt is null
                && (status.Total > 0 ? (status.Current - last.Current) / (double)status.Total : 0) < LeastProgress && status.At - last.At < s_leastTime)
            {
                continue;
            }

            _last[(step.Index, status.Id)] = status;
            open |= status.CompletedAt is null;
            text.Append(CultureInfo.InvariantCulture, $"#{step.Index} {ShownBuild.Part(status)}\n");
        }

        step.Updated.Clear();
        return open;
    }

    private static void PrintLines(StringBuilder text, ShownStep step)
    {
        for (int i = 0; i < step.Lines.Count; i++)
        {
            bool unfinished = i == step.Lines.Count - 1 && step.IsPartial;
            text.Append(step.Shown > 0 ? step.Lines[i][Math.Min(step.Shown, step.Lines[i].Length)..] : string.Create(CultureInfo.InvariantCulture, $"#{step.Index} {step.Lines[i]}"));
            text.Append(unfinished ? "" : "\n");
            step.Shown = unfinished ? step.Lines[i].Length : 0;
        }

        if (step is { IsPartial: true, Lines.Count: > 0 })
        {
            step.Lines.RemoveRange(0, step.Lines.Count - 1);
        }
        else
        {
            step.Lines.Clear();
        }
    }

    private static string Limited(string name) => name.Length > LongestName ? name[..(LongestName - 3)] + "..." : name;
}
