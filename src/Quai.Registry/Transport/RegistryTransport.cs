namespace Quai.Registry.Transport;

/// <summary>The HTTP clients for a registry.</summary>
/// <param name="Own">For the registry itself and the token service that it names.</param>
/// <param name="Elsewhere">For any other host it sends us to: presents no certificate of ours. The same client if there is none to present.</param>
internal sealed record RegistryTransport(HttpClient Own, HttpClient Elsewhere);
