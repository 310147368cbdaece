using Quai.BuildProtocol.Llb;

namespace Quai.Frontend.Graphs;

/// <summary>A program that is run.</summary>
/// <param name="root">The files that it sees and changes.</param>
/// <param name="exec">What is run, without mounts of files.</param>
/// <param name="mounts">What is mounted, and the files of each; their inputs are not filled in.</param>
internal sealed class ExecStep(Files? root, ExecOp exec, IReadOnlyList<(Files? Files, Mount Mount)> mounts) : Step
{
    /// <inheritdoc/>
    public override IEnumerable<Files?> Inputs => [root, .. mounts.Select(m => m.Files)];

    /// <inheritdoc/>
    public override void Write(Op op, Func<Files?, long> index)
    {
        op.Exec = exec.Clone();
        op.Exec.Mounts.Add(new Mount { Input = index(root), Dest = "/", Output = 0 });
        foreach ((Files? files, Mount mount) in mounts)
        {
            Mount written = mount.Clone();
            written.Input = index(files);
            op.Exec.Mounts.Add(written);
        }
    }
}
