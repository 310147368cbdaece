namespace Quai.Convergence.Planning;

/// <summary>What a step of a plan does.</summary>
public enum StepAction
{
    /// <summary>Makes a network.</summary>
    CreateNetwork,

    /// <summary>Removes a network.</summary>
    RemoveNetwork,

    /// <summary>Makes a volume.</summary>
    CreateVolume,

    /// <summary>Removes a volume.</summary>
    RemoveVolume,

    /// <summary>Makes a container.</summary>
    CreateContainer,

    /// <summary>Makes a container in another's place, which is stopped and removed.</summary>
    RecreateContainer,

    /// <summary>Starts a container beside the one whose place it takes, which is stopped and removed when the new one is ready and has taken over.</summary>
    UpdateStartFirst,

    /// <summary>Stops a container, starts another in its place, and waits until that is ready.</summary>
    UpdateStopFirst,

    /// <summary>Gives a container its name, which an interrupted command did not.</summary>
    RenameContainer,

    /// <summary>Starts a container.</summary>
    StartContainer,

    /// <summary>Leaves a container as it is.</summary>
    KeepContainer,

    /// <summary>Stops a container.</summary>
    StopContainer,

    /// <summary>Removes a container; one that runs is stopped first.</summary>
    RemoveContainer,

    /// <summary>Waits until a service's containers run, and are healthy if they have a health check.</summary>
    WaitRunning,

    /// <summary>Waits until a service's containers are healthy.</summary>
    WaitHealthy,

    /// <summary>Waits until a service's containers have ended with exit code 0.</summary>
    WaitCompleted,

    /// <summary>Removes an image.</summary>
    RemoveImage,
}
