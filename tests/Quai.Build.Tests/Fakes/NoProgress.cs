using Quai.Build.Solving;

namespace Quai.Build.Tests.Fakes;

/// <summary>Nobody watches.</summary>
internal sealed class NoProgress : IStepProgress
{
    public void Write(int stream, ReadOnlySpan<byte> bytes)
    {
    }

    public void Report(string id, long current, long total, bool isComplete)
    {
    }
}
