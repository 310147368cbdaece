namespace Quai.Compose;

/// <summary>Something that is wrong with a project.</summary>
/// <param name="Message">One sentence that names what is wrong.</param>
public sealed record ComposeFault(string Message)
{
    /// <summary>Where it is; null where it is of no place in a file.</summary>
    public ComposePlace? Place { get; init; }

    /// <summary>What it is about, as <c>services.web.ports[0]</c>; empty where it is about the whole project.</summary>
    public string Path { get; init; } = "";

    /// <summary>The value that is wrong; null where none is.</summary>
    public string? Value { get; init; }

    /// <summary>What would have been right; null where that cannot be said shortly.</summary>
    public string? Expected { get; init; }

    /// <summary>For a reader: the place, what is wrong, and what that does not say of the key, the value and what was expected.</summary>
    public override string ToString()
    {
        string?[] details =
        [
            IsSaid(Path) ? null : Path,
            IsSaid(Value) || Path.EndsWith(Value!, StringComparison.Ordinal) ? null : $"\"{Value}\"",
            IsSaid(Expected) ? null : $"expected {Expected}",
        ];
        string rest = string.Join(", ", details.Where(detail => detail is not null));
        return $"{(Place is null ? "" : $"{Place}: ")}{Message}{(rest.Length > 0 ? $" ({rest})" : "")}";
    }

    private bool IsSaid(string? detail) => detail is null or "" || Message.Contains(detail, StringComparison.Ordinal);
}
