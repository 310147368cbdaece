namespace Quai.Convergence.Planning;

/// <summary>How a project is to be brought up.</summary>
public sealed record PlanOptions
{
    /// <summary>The services that the user named; none for all of the project.</summary>
    public IReadOnlyList<string> Services { get; init; } = [];

    /// <summary>When containers of these services are made anew.</summary>
    public RecreatePolicy Recreate { get; init; }

    /// <summary>When containers of the services that those wait for are made anew.</summary>
    public RecreatePolicy RecreateDependencies { get; init; }

    /// <summary>Whether containers are started.</summary>
    public bool Starts { get; init; } = true;

    /// <summary>Whether containers of services that the files do not have are removed.</summary>
    public bool RemovesOrphans { get; init; }

    /// <summary>Whether it is waited until all services run and are healthy.</summary>
    public bool Waits { get; init; }

    /// <summary>Volumes, by their names in the project, that may be removed with their data and made anew.</summary>
    public IReadOnlyCollection<string> VolumesToRecreate { get; init; } = [];

    /// <summary>Services whose containers are left as they are, while what they depend on is brought up and waited for.</summary>
    public IReadOnlyCollection<string> Keeps { get; init; } = [];
}
