namespace Quai.Compose.Yaml;

/// <summary>What a single value is.</summary>
public enum ScalarKind
{
    /// <summary>Nothing.</summary>
    Null,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number with a fraction, or an infinite one.</summary>
    Float,

    /// <summary>Text.</summary>
    Text,

    /// <summary>A date, or a date and a time.</summary>
    Timestamp,
}
