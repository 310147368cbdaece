using Quai.BuildClient.Progress;

namespace Quai.Cli.Builds.Progress;

/// <summary>Shows how builds go on, several of them together if need be. Thread-safe.</summary>
internal interface IBuildDisplay : IBuildProgress, IDisposable
{
    /// <summary>Shows the rest, once everything has ended: what is still to tell, and what was to be minded. Another time it shows nothing.</summary>
    /// <param name="succeeded">Whether all succeeded.</param>
    void Finish(bool succeeded);
}
