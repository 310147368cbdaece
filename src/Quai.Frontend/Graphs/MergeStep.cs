using Quai.BuildProtocol.Llb;

namespace Quai.Frontend.Graphs;

/// <summary>Several trees of files, each laid over those before.</summary>
/// <param name="layers">The trees.</param>
internal sealed class MergeStep(IReadOnlyList<Files> layers) : Step
{
    /// <inheritdoc/>
    public override IEnumerable<Files?> Inputs => layers;

    /// <inheritdoc/>
    public override void Write(Op op, Func<Files?, long> index)
    {
        op.Merge = new MergeOp();
        op.Merge.Inputs.AddRange(layers.Select(l => new MergeInput { Input = index(l) }));
    }
}
