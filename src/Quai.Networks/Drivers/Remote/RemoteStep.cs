namespace Quai.Networks.Drivers.Remote;

/// <summary>How far a plugin was asked for an endpoint. Recorded before each call, so it is known what to take back.</summary>
internal enum RemoteStep
{
    /// <summary>It was told of the endpoint.</summary>
    Announced = 1,

    /// <summary>It was asked for the interface.</summary>
    Joining = 2,

    /// <summary>It made the interface.</summary>
    Joined = 3,

    /// <summary>It was told to publish ports, too.</summary>
    Published = 4,
}
