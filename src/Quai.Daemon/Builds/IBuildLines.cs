using Quai.Build.Progress;

namespace Quai.Daemon.Builds;

/// <summary>The lines that answer a build, in one of the forms that clients know.</summary>
internal interface IBuildLines
{
    /// <summary>Tells of an event.</summary>
    void Add(BuildEvent happened);

    /// <summary>Tells of the image.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="names">Its names as they were asked for.</param>
    void End(string id, IReadOnlyList<string> names);
}
