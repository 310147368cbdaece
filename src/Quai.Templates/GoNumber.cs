namespace Quai.Templates;

/// <summary>A JSON number without a known type: Go keeps its text and compares it as text.</summary>
/// <param name="Text">The number as it was written.</param>
public sealed record GoNumber(string Text)
{
    /// <inheritdoc/>
    public override string ToString() => Text;
}
