namespace Quai.CommandLine;

/// <summary>What is wrong with a flag.</summary>
public enum FlagFault
{
    /// <summary>There is none of that name or letter.</summary>
    Unknown,

    /// <summary>It stands at the end and needs a value.</summary>
    NoValue,

    /// <summary>A word that begins like a flag has no name: <c>--=x</c>, <c>---x</c>.</summary>
    BadSyntax,

    /// <summary>Its value does not suit.</summary>
    WrongValue,
}
