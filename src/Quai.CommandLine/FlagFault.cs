namespace Quai.CommandLine;

/// <summary>What is wrong with a flag.</summary>
public enum FlagFault
{
    /// <summary>There is no flag with that name or letter.</summary>
    Unknown,

    /// <summary>It is the last word and needs a value.</summary>
    NoValue,

    /// <summary>A word that begins like a flag has no name: <c>--=x</c>, <c>---x</c>.</summary>
    BadSyntax,

    /// <summary>Its value is invalid.</summary>
    WrongValue,
}
