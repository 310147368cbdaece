using Quai.BuildProtocol.Llb;

namespace Quai.Build.Graphs;

/// <summary>What an operation may say, so that nothing after the reader needs to ask again.</summary>
internal static class GraphRules
{
    /// <summary>How many results an operation has.</summary>
    public static long Outputs(Op op) => op.OpCase switch
    {
        Op.OpOneofCase.Exec => op.Exec.Mounts.Select(m => m.Output + 1).Append(0).Max(),
        Op.OpOneofCase.File => op.File.Actions.Select(a => a.Output + 1).Append(0).Max(),
        _ => 1,
    };

    /// <summary>Checks that an operation is one, and that it names only what it has.</summary>
    /// <exception cref="Errors.QuaiException">It does not.</exception>
    public static void Check(string digest, Op op)
    {
        int inputs = op.Inputs.Count;
        switch (op.OpCase)
        {
            case Op.OpOneofCase.Source:
                Must(inputs == 0 && op.Source.Identifier.Contains("://", StringComparison.Ordinal), digest, $"has the source {op.Source.Identifier}");
                break;
            case Op.OpOneofCase.Exec:
                CheckExec(digest, op.Exec, inputs);
                break;
            case Op.OpOneofCase.File:
                CheckFile(digest, op.File, inputs);
                break;
            case Op.OpOneofCase.Merge:
                Must(op.Merge.Inputs.All(i => i.Input >= -1 && i.Input < inputs), digest, "merges an input that it does not have");
                break;
            case Op.OpOneofCase.Diff:
                Must(op.Diff.Lower is null || op.Diff.Lower.Input < inputs, digest, "compares an input that it does not have");
                Must(op.Diff.Upper is null || op.Diff.Upper.Input < inputs, digest, "compares an input that it does not have");
                break;
            default:
                throw GraphReader.Malformed($"the operation {digest} is of the unknown kind {op.OpCase}");
        }
    }

    private static void CheckExec(string digest, ExecOp exec, int inputs)
    {
        Must(exec.Meta is { Args.Count: > 0 }, digest, "runs no program");
        Must(exec.Mounts.Any(m => m.Dest == "/"), digest, "has no mount at /");
        HashSet<long> outputs = [];
        foreach (Mount mount in exec.Mounts)
        {
            Must(mount.Input >= -1 && mount.Input < inputs, digest, $"mounts an input at {mount.Dest} that it does not have");
            Must(mount.Dest.Length > 0, digest, "has a mount without a place");
            Must(mount.Output < exec.Mounts.Count && (mount.Output < 0 || outputs.Add(mount.Output)), digest, $"has a wrong output at {mount.Dest}");
        }
    }

    private static void CheckFile(string digest, FileOp file, int inputs)
    {
        Must(file.Actions.Count > 0, digest, "has no actions");
        HashSet<long> outputs = [];
        for (int i = 0; i < file.Actions.Count; i++)
        {
            FileAction action = file.Actions[i];
            Must(action.ActionCase != FileAction.ActionOneofCase.None, digest, "has an action of an unknown kind");
            Must(action.Input >= -1 && action.Input < inputs + i, digest, "has an action upon an input that it does not have");
            Must(action.ActionCase != FileAction.ActionOneofCase.Copy || (action.SecondaryInput >= -1 && action.SecondaryInput < inputs + i), digest, "copies from an input that it does not have");
            Must(action.Output < file.Actions.Count && (action.Output < 0 || outputs.Add(action.Output)), digest, "has a wrong output");
        }

        Must(outputs.Count > 0, digest, "has no result");
    }

    private static void Must(bool holds, string digest, string why)
    {
        if (!holds)
        {
            throw GraphReader.Malformed($"the operation {digest} {why}");
        }
    }
}
