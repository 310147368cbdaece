namespace Quai.CommandLine;

/// <summary>What the syntax has to know about a flag; its purpose and valid values are known to its program.</summary>
public interface IFlag
{
    /// <summary>The long name without dashes.</summary>
    string Name { get; }

    /// <summary>The one-letter name; <c>'\0'</c> for none.</summary>
    char Shorthand { get; }

    /// <summary>The value that the bare flag stands for; null when a value must follow.</summary>
    string? BareValue { get; }
}
