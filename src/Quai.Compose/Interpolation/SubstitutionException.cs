namespace Quai.Compose.Interpolation;

/// <summary>A variable cannot be replaced.</summary>
/// <param name="reason">Why; null where the text is malformed.</param>
/// <param name="text">The text.</param>
internal sealed class SubstitutionException(string? reason, string text) : Exception(reason ?? "invalid interpolation format")
{
    /// <summary>Why; null where the text is malformed.</summary>
    public string? Reason => reason;

    /// <summary>The text.</summary>
    public string Text => text;
}
