namespace Quai.Build.Solving;

/// <summary>Of what nobody is told.</summary>
internal sealed class QuietProgress : IStepProgress
{
    /// <inheritdoc/>
    public void Write(int stream, ReadOnlySpan<byte> bytes)
    {
    }

    /// <inheritdoc/>
    public void Report(string id, long current, long total, bool isComplete)
    {
    }
}
