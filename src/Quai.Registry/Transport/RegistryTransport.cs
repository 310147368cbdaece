namespace Quai.Registry.Transport;

/// <summary>How a registry is spoken to.</summary>
/// <param name="Own">For the registry itself and the token service that it names.</param>
/// <param name="Elsewhere">For wherever else it sends us: shows no certificate of ours. The same one where there is none to show.</param>
internal sealed record RegistryTransport(HttpClient Own, HttpClient Elsewhere);
