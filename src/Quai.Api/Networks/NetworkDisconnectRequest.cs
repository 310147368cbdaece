namespace Quai.Api.Networks;

/// <summary>The body of <c>POST /networks/{id}/disconnect</c> (swagger: NetworkDisconnectRequest).</summary>
public sealed class NetworkDisconnectRequest
{
    /// <summary>The container's id or name.</summary>
    public string Container { get; set; } = "";

    /// <summary>Whether to disconnect even if the network is gone.</summary>
    public bool Force { get; set; }
}
