using Quai.Build.Trees;
using Quai.BuildProtocol.Llb;

namespace Quai.Build.Reasons;

/// <summary>Says in one line why a step's result was not taken from the cache.</summary>
internal static class MissedCache
{
    private const int MostNamed = 3, LongestText = 60;

    /// <summary>Compares a step with what it was when it ran before.</summary>
    /// <param name="before">What it was; null where it has not run.</param>
    /// <param name="now">What it is.</param>
    /// <param name="inputs">What is known of its inputs, by their numbers.</param>
    public static string Explain(StepReason? before, StepReason now, IReadOnlyList<MissedInput> inputs)
    {
        if (before is null)
        {
            return "it has not been built here before";
        }

        if (before.Name != now.Name)
        {
            return $"the instruction is another: it was {Short(before.Name)}";
        }

        List<string> reasons = [.. Operation(before.Operation, now.Operation)];
        for (int i = 0; i < now.Inputs.Count; i++)
        {
            if (i >= before.Inputs.Count || before.Inputs[i] != now.Inputs[i])
            {
                reasons.Add(i < inputs.Count ? Input(now.Operation, i, inputs[i]) : "it takes more than before");
            }
        }

        return reasons.Count > 0 ? string.Join("; ", reasons.Distinct()) : "its result is no longer in the cache";
    }

    private static string Input(Op operation, int number, MissedInput input)
    {
        if (input.IsImage)
        {
            return $"{input.Name} is another image now";
        }

        if (input.Address is { } address)
        {
            return $"what is at {address} is another now";
        }

        if (input.Changes is { } changes)
        {
            string[] named = [.. changes.Where(c => Counts(operation, number, c))];
            return named.Length == 0 ? "files of the context that it takes have changed"
                : string.Join(", ", named.Take(MostNamed).Select(Shown)) + (named.Length > MostNamed ? $" and {named.Length - MostNamed} more" : "") + " changed";
        }

        return input.HasRun ? $"it follows from {Short(input.Name)}, which has run" : $"it follows from another result of {Short(input.Name)}";
    }

    /// <summary>Whether a file of a context is one that the step takes.</summary>
    private static bool Counts(Op operation, int input, string path)
    {
        string[] sources = operation.OpCase switch
        {
            Op.OpOneofCase.File => [.. operation.File.Actions.Where(a => a.ActionCase == FileAction.ActionOneofCase.Copy && a.SecondaryInput == input).Select(a => a.Copy.Src)],
            Op.OpOneofCase.Exec => [.. operation.Exec.Mounts.Where(m => m.Input == input).Select(m => m.Selector)],
            _ => [],
        };
        return sources.Length == 0 || sources.Any(s => IsBelow(path, s.Trim('/')));
    }

    private static bool IsBelow(string path, string source)
    {
        if (source is "" or ".")
        {
            return true;
        }

        int depth = source.Count(c => c == '/') + 1;
        string[] parts = path.Split('/');
        return parts.Length >= depth && ShellGlob.Fits(source, string.Join('/', parts.Take(depth)));
    }

    private static IEnumerable<string> Operation(Op before, Op now)
    {
        if (before.Equals(now))
        {
            return [];
        }

        return before.OpCase == Op.OpOneofCase.Exec && now.OpCase == Op.OpOneofCase.Exec ? Program(before.Exec, now.Exec) : ["what it does is another"];
    }

    private static IEnumerable<string> Program(ExecOp before, ExecOp now)
    {
        List<string> reasons = [];
        if (!before.Meta.Args.SequenceEqual(now.Meta.Args))
        {
            reasons.Add("its command is another");
        }

        // By name alone: a value may be nobody's business.
        Dictionary<string, string> then = Variables(before), today = Variables(now);
        reasons.AddRange(then.Keys.Union(today.Keys).Order(StringComparer.Ordinal)
            .Where(v => then.GetValueOrDefault(v) != today.GetValueOrDefault(v))
            .Select(v => then.ContainsKey(v) ? today.ContainsKey(v) ? $"the variable {v} changed" : $"the variable {v} is gone" : $"the variable {v} is new"));
        if (before.Meta.User != now.Meta.User)
        {
            reasons.Add("its user is another");
        }

        if (before.Meta.Cwd != now.Meta.Cwd)
        {
            reasons.Add("its working directory is another");
        }

        if (!before.Mounts.Equals(now.Mounts))
        {
            reasons.Add("its mounts are others");
        }

        reasons.AddRange(Surroundings(before, now));
        return reasons.Count > 0 ? reasons : ["what it runs with is another"];
    }

    private static IEnumerable<string> Surroundings(ExecOp before, ExecOp now) => new[]
    {
        (before.Network != now.Network || before.UserNetwork != now.UserNetwork, "its network is another"),
        (before.Security != now.Security, "its confinement is another"),
        (!before.Meta.ExtraHosts.Equals(now.Meta.ExtraHosts) || before.Meta.Hostname != now.Meta.Hostname, "its hosts are others"),
        (!before.Meta.Ulimit.Equals(now.Meta.Ulimit) || before.Meta.CgroupParent != now.Meta.CgroupParent, "its limits are others"),
        (!before.Secretenv.Equals(now.Secretenv), "its secrets are others"),
    }.Where(r => r.Item1).Select(r => r.Item2);

    private static Dictionary<string, string> Variables(ExecOp exec) => exec.Meta.Env.GroupBy(e => e.Split('=')[0], StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last(), StringComparer.Ordinal);

    // A client's file may have any name, one that spoils a terminal included.
    private static string Shown(string path) => string.Concat(path.Select(c => char.IsControl(c) ? $"\\x{(int)c:x2}" : c.ToString()));

    private static string Short(string text) => text.Length > LongestText ? text[..(LongestText - 3)] + "..." : text;
}
