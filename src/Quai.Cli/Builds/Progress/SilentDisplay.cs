using Quai.BuildClient.Progress;

namespace Quai.Cli.Builds.Progress;

/// <summary>Shows nothing.</summary>
internal sealed class SilentDisplay : IBuildDisplay
{
    public void Report(ProgressBatch batch)
    {
    }

    public void Finish(bool succeeded)
    {
    }

    public void Dispose()
    {
    }
}
