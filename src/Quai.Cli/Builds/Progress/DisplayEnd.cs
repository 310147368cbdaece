using System.Globalization;
using System.Text;
using Quai.BuildClient.Progress;

namespace Quai.Cli.Builds.Progress;

/// <summary>What is shown when builds have ended: what was to be minded, and where the time went.</summary>
/// <param name="expands">Whether warnings are told in full.</param>
internal sealed class DisplayEnd(bool expands)
{
    private const int MostSlow = 3;
    private const double LeastSeconds = 0.1;

    private readonly long _begunAt = Environment.TickCount64;

    /// <summary>The text.</summary>
    /// <param name="build">What was shown.</param>
    /// <param name="succeeded">Whether all succeeded.</param>
    public string Text(ShownBuild build, bool succeeded) => Warnings(build.Warnings) + Reasons(build) + (succeeded ? Summary(build, TimeSpan.FromMilliseconds(Environment.TickCount64 - _begunAt)) : "");

    /// <summary>Why steps ran; nothing where nobody asked.</summary>
    public static string Reasons(ShownBuild build)
    {
        if (build.Reasons.Count == 0)
        {
            return "";
        }

        Dictionary<string, StepWarning> reasons = build.Reasons.DistinctBy(r => r.Step).ToDictionary(r => r.Step, StringComparer.Ordinal);
        var text = new StringBuilder("\nWhy steps ran:\n");
        foreach (ShownStep step in build.Steps.Where(s => reasons.ContainsKey(s.Change.Step)).OrderBy(s => s.Change.StartedAt ?? DateTimeOffset.MaxValue))
        {
            text.Append(" - ").Append(Short(step.Change.Name)).Append(": ").Append(reasons[step.Change.Step].Short).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>The warnings.</summary>
    public string Warnings(IReadOnlyList<StepWarning> warnings)
    {
        if (warnings.Count == 0)
        {
            return "";
        }

        var text = new StringBuilder($"\n {(warnings.Count == 1 ? "1 warning" : $"{warnings.Count} warnings")} found{(expands ? "" : " (use quai --debug to expand)")}:\n");
        foreach (StepWarning warning in warnings)
        {
            text.Append(" - ").Append(warning.Short).Append('\n');
            if (!expands)
            {
                continue;
            }

            foreach (string line in warning.Detail)
            {
                text.Append(line).Append('\n');
            }

            text.Append(warning.Url.Length > 0 ? $"More info: {warning.Url}\n" : "").Append(warning.Place?.Excerpt()).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>One line: how long it took, how much was there already, and what was slowest; nothing where no step was run, as for a question.</summary>
    public static string Summary(ShownBuild build, TimeSpan took)
    {
        ShownStep[] real = [.. build.Steps.Where(s => s.IsCompleted && IsOfDockerfile(s.Change.Name))];
        if (real.Length == 0)
        {
            return "";
        }

        var slow = real.Where(s => !s.Change.IsCached).Select(s => (s.Change.Name, Seconds: (s.Took(DateTimeOffset.UtcNow) ?? default).TotalSeconds))
            .Where(s => s.Seconds >= LeastSeconds).OrderByDescending(s => s.Seconds).Take(MostSlow);
        string slowest = string.Join(", ", slow.Select(s => string.Create(CultureInfo.InvariantCulture, $"{Short(s.Name)} {s.Seconds:F1}s")));
        int cached = real.Count(s => s.Change.IsCached);
        return string.Create(CultureInfo.InvariantCulture, $"\nTook {took.TotalSeconds:F1}s, {cached} of {real.Length} steps cached{(slowest.Length > 0 ? "; slowest: " + slowest : "")}\n");
    }

    // What the Dockerfile says has its place in brackets: [2/3], [stage 2/3]; what the builder does beside it has a word there, or nothing.
    private static bool IsOfDockerfile(string name)
    {
        int end = name.StartsWith('[') ? name.IndexOf(']', StringComparison.Ordinal) : -1;
        return end > 0 && char.IsAsciiDigit(name[end - 1]);
    }

    private static string Short(string name) => name.Length > 40 ? name[..37] + "..." : name;
}
