namespace Quai.Api.Networks;

/// <summary>The body of <c>POST /networks/{id}/disconnect</c> (swagger: NetworkDisconnectRequest).</summary>
public sealed class NetworkDisconnectRequest
{
    /// <summary>The container's id or name.</summary>
    public string Container { get; set; } = "";

    /// <summary>Whether also from a network that is gone.</summary>
    public bool Force { get; set; }
}
