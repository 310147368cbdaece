using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Quai.Images.Verification;
using Quai.Oci.Images;
using Quai.Registry;

namespace Quai.Daemon.Http;

/// <summary>Documents that only the daemon reads or writes: edited ones, and the credentials that clients send along.</summary>
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(List<JsonObject>))]
[JsonSerializable(typeof(RegistryAuth))]
[JsonSerializable(typeof(PlatformDescription))]
[JsonSerializable(typeof(Descriptor))]
[JsonSerializable(typeof(VerificationFinding))]
[JsonSerializable(typeof(VerificationSummary))]
internal sealed partial class DaemonJson : JsonSerializerContext;
