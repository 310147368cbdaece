namespace Quai.CommandLine;

/// <summary>A command line that does not suit the flags: what is wrong, and with which flag. The program that reads it finds the words.</summary>
/// <param name="fault">What is wrong.</param>
/// <param name="word">The word that the flag stands in.</param>
/// <param name="name">The name that it was given by, without dashes; a letter counts as one.</param>
public sealed class FlagException(FlagFault fault, string word, string name) : Exception($"wrong flag {word}")
{
    /// <summary>What is wrong.</summary>
    public FlagFault Fault { get; } = fault;

    /// <summary>The word that the flag stands in, as it was given: <c>--name=value</c>, <c>-it</c>.</summary>
    public string Word { get; } = word;

    /// <summary>The name that it was given by, without dashes; a letter counts as one.</summary>
    public string Name { get; } = name;

    /// <summary>The word from the flag's letter on; empty when the flag was given by a name.</summary>
    public string Letters { get; init; } = "";

    /// <summary>The flag; null when there is none.</summary>
    public IFlag? Flag { get; init; }

    /// <summary>The value that does not suit.</summary>
    public string Value { get; init; } = "";

    /// <summary>Why it does not, in the words of who read it.</summary>
    public string Reason { get; init; } = "";
}
