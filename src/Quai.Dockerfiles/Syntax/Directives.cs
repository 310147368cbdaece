namespace Quai.Dockerfiles.Syntax;

/// <summary>What comments at the top of a Dockerfile say of how it is to be read: <c># escape=`</c>.</summary>
public sealed record Directives
{
    /// <summary>The character that takes the meaning of the next one away, and ends a line that goes on: a backslash or a backtick.</summary>
    public char Escape { get; init; } = '\\';

    /// <summary>The frontend that reads the file; null for the usual one.</summary>
    public string? Syntax { get; init; }

    /// <summary>How the file is checked, as it is written: <c>skip=all;error=true</c>; null where nothing is said.</summary>
    public string? Check { get; init; }

    /// <summary>The line of each that is given.</summary>
    public IReadOnlyDictionary<string, int> Lines { get; init; } = new Dictionary<string, int>();
}
