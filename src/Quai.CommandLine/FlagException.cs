namespace Quai.CommandLine;

/// <summary>A command line that does not match the flags: what is wrong, and with which flag. The calling program words the message.</summary>
/// <param name="fault">What is wrong.</param>
/// <param name="word">The word that contains the flag.</param>
/// <param name="name">The name as given, without dashes; a letter counts as one.</param>
public sealed class FlagException(FlagFault fault, string word, string name) : Exception($"wrong flag {word}")
{
    /// <summary>What is wrong.</summary>
    public FlagFault Fault { get; } = fault;

    /// <summary>The word that contains the flag, as given: <c>--name=value</c>, <c>-it</c>.</summary>
    public string Word { get; } = word;

    /// <summary>The name as given, without dashes; a letter counts as one.</summary>
    public string Name { get; } = name;

    /// <summary>The word from the flag's letter on; empty when the flag was given by a name.</summary>
    public string Letters { get; init; } = "";

    /// <summary>The flag; null when there is none.</summary>
    public IFlag? Flag { get; init; }

    /// <summary>The invalid value.</summary>
    public string Value { get; init; } = "";

    /// <summary>Why it is invalid, in the words of the code that parsed it.</summary>
    public string Reason { get; init; } = "";
}
