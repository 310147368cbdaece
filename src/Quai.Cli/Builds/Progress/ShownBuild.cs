using System.Globalization;
using System.Text;
using Quai.BuildClient.Progress;

namespace Quai.Cli.Builds.Progress;

/// <summary>All steps that are shown, in the order in which they were heard of. Not thread-safe.</summary>
internal sealed class ShownBuild
{
    private static readonly string[] s_units = ["kB", "MB", "GB", "TB", "PB"];

    private readonly Dictionary<string, ShownStep> _steps = new(StringComparer.Ordinal);
    private readonly List<ShownStep> _order = [];

    /// <summary>Steps with something new to show.</summary>
    public HashSet<ShownStep> Updated { get; } = [];

    /// <summary>All steps.</summary>
    public IReadOnlyList<ShownStep> Steps => _order;

    /// <summary>All warnings, in the order in which they came.</summary>
    public List<StepWarning> Warnings { get; } = [];

    /// <summary>Why steps ran, where that was asked for.</summary>
    public List<StepWarning> Reasons { get; } = [];

    /// <summary>Takes what has happened.</summary>
    public void Take(ProgressBatch batch)
    {
        foreach (StepChange change in batch.Steps)
        {
            // Steps of a group are shown as the group, which is told as a step of its own where it matters.
            string id = change.Group is { IsWeak: false } group ? "group:" + group.Id : change.Step;
            if (!_steps.TryGetValue(change.Step, out ShownStep? step))
            {
                if (!_steps.TryGetValue(id, out step))
                {
                    step = new ShownStep();
                    _order.Add(step);
                    _steps[id] = step;
                }

                _steps[change.Step] = step;
            }

            if (step.Take(change.Group is { IsWeak: false } whole ? change with { Name = whole.Name } : change))
            {
                Update(step);
            }
        }

        foreach (StepStatus status in batch.Statuses)
        {
            if (_steps.TryGetValue(status.Step, out ShownStep? step))
            {
                step.Take(status);
                Update(step);
            }
        }

        foreach (StepWarning warning in batch.Warnings)
        {
            if (warning.IsReason)
            {
                Reasons.Add(warning);
                continue;
            }

            // A step that has been shown to its end is not shown again for a warning: all are told in the end.
            Warnings.Add(warning);
            if (_steps.TryGetValue(warning.Step, out ShownStep? step))
            {
                step.Warnings.Add(warning);
            }
        }

        foreach (StepOutput output in batch.Outputs)
        {
            if (_steps.TryGetValue(output.Step, out ShownStep? step))
            {
                step.Take(output);
                Update(step);
            }
        }
    }

    /// <summary>The last lines of steps that failed.</summary>
    public string Failures()
    {
        var text = new StringBuilder();
        foreach (ShownStep step in _order.Where(s => s.HasFailed))
        {
            text.Append("------\n > ").Append(step.Change.Name).Append(":\n");
            foreach (string line in step.Tail)
            {
                text.Append(line).Append('\n');
            }

            text.Append("------\n");
        }

        return text.ToString();
    }

    /// <summary>A part's progress: <c>transferring context: 2.00MB / 3.00MB 0.1s done</c>.</summary>
    public static string Part(StepStatus status)
    {
        double took = status.StartedAt is { } start ? ((status.CompletedAt ?? status.At) - start).TotalSeconds : 0;
        return Amount(status) + (took > 0.01 ? string.Create(CultureInfo.InvariantCulture, $" {took:F1}s") : "") + (status.CompletedAt is null ? "" : " done");
    }

    /// <summary>How much of a part is done: <c>transferring context: 2.00MB / 3.00MB</c>.</summary>
    public static string Amount(StepStatus status) =>
        status.Id + (status.Total != 0 ? $" {Bytes(status.Current)} / {Bytes(status.Total)}" : status.Current != 0 ? $" {Bytes(status.Current)}" : "");

    /// <summary>A size with two digits behind the point, but for bytes.</summary>
    public static string Bytes(long bytes)
    {
        if (bytes < 1000)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{bytes}B");
        }

        double size = bytes;
        int unit = -1;
        for (; size >= 1000 && unit < s_units.Length - 1; unit++)
        {
            size /= 1000;
        }

        return size.ToString("F2", CultureInfo.InvariantCulture) + s_units[unit];
    }

    private void Update(ShownStep step)
    {
        step.Pending++;
        step.WaitingSince ??= DateTime.UtcNow;
        Updated.Add(step);
    }
}
