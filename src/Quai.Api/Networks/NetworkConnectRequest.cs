namespace Quai.Api.Networks;

/// <summary>The body of <c>POST /networks/{id}/connect</c> (swagger: NetworkConnectRequest).</summary>
public sealed class NetworkConnectRequest
{
    /// <summary>The container's id or name.</summary>
    public string Container { get; set; } = "";

    /// <summary>Endpoint settings; null for none.</summary>
    public EndpointSettings? EndpointConfig { get; set; }
}
