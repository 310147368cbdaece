namespace Quai.Dockerfiles.Words;

/// <summary>What stays in a text whose variables are expanded.</summary>
[Flags]
public enum WordOptions
{
    /// <summary>Nothing: quotes and escapes go, what is not set is empty.</summary>
    None = 0,

    /// <summary>Quotes stay, and still mean something.</summary>
    KeepQuotes = 1,

    /// <summary>Quotes are characters like any other.</summary>
    IgnoreQuotes = 2,

    /// <summary>Escape characters stay.</summary>
    KeepEscapes = 4,

    /// <summary>Variables that are not set stay as they are written.</summary>
    KeepUnset = 8,
}
