using Quai.BuildProtocol.Llb;

namespace Quai.Frontend.Graphs;

/// <summary>Files from elsewhere: an image, the client, a server.</summary>
/// <param name="identifier">What, such as <c>docker-image://…</c>.</param>
internal sealed class SourceStep(string identifier) : Step
{
    /// <summary>Its settings, which may be completed until it is written.</summary>
    public SortedDictionary<string, string> Attributes { get; } = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override IEnumerable<Files?> Inputs => [];

    /// <inheritdoc/>
    public override void Write(Op op, Func<Files?, long> index)
    {
        op.Source = new SourceOp { Identifier = identifier };
        op.Source.Attrs.Add(Attributes);
    }
}
