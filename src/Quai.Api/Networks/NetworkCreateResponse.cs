namespace Quai.Api.Networks;

/// <summary>The answer to <c>POST /networks/create</c>.</summary>
/// <param name="Id">The network's id.</param>
/// <param name="Warning">What the client is told; empty for nothing.</param>
public sealed record NetworkCreateResponse(string Id, string Warning);
