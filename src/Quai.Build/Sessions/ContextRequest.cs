namespace Quai.Build.Sessions;

/// <summary>Which of a client's directories is wanted, and what of it.</summary>
/// <param name="Name">The directory's name, such as <c>context</c> or <c>dockerfile</c>.</param>
public sealed record ContextRequest(string Name)
{
    /// <summary>Patterns of what is sent; none for all.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Patterns of what is not sent, as in a <c>.dockerignore</c>.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Paths that are sent with what they lead to; none for all.</summary>
    public IReadOnlyList<string> Follow { get; init; } = [];
}
