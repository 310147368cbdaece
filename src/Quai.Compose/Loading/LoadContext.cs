namespace Quai.Compose.Loading;

/// <summary>What all parts of loading a project share.</summary>
/// <param name="Files">Where files are read from.</param>
/// <param name="Request">What is asked for.</param>
/// <param name="Warnings">What is odd but not wrong.</param>
internal sealed record LoadContext(IComposeFiles Files, ComposeRequest Request, List<string> Warnings)
{
    /// <summary>What is wrong. It is told when all has been looked at.</summary>
    public FaultList Faults { get; } = new();

    /// <summary>Whether a part could not be read at all, so that others may only seem to lack something.</summary>
    public bool IsIncomplete { get; set; }

    /// <summary>Adds a warning that has not been given yet.</summary>
    public void Warn(string message)
    {
        if (!Warnings.Contains(message))
        {
            Warnings.Add(message);
        }
    }
}
