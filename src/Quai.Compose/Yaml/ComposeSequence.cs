namespace Quai.Compose.Yaml;

/// <summary>A sequence.</summary>
public sealed class ComposeSequence : ComposeNode
{
    private readonly List<ComposeNode> _items;

    internal ComposeSequence(IEnumerable<ComposeNode> items) => _items = [.. items];

    /// <summary>Its elements.</summary>
    public IReadOnlyList<ComposeNode> Items => _items;

    /// <summary>Its elements, to be changed while the file is being loaded.</summary>
    internal List<ComposeNode> List => _items;

    /// <inheritdoc/>
    internal override ComposeNode Copy() => new ComposeSequence(_items.Select(item => item.Copy())) { Place = Place };

    /// <inheritdoc/>
    internal override bool SameAs(ComposeNode other) =>
        other is ComposeSequence sequence && sequence._items.Count == _items.Count && _items.Zip(sequence._items).All(pair => pair.First.SameAs(pair.Second));
}
