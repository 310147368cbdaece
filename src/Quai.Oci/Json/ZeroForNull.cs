using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Quai.Oci.Json;

/// <summary>The converters of all numbers and booleans.</summary>
internal static class ZeroForNull
{
    /// <summary>Adds them to the options of a reader.</summary>
    public static void AddTo(IList<JsonConverter> converters)
    {
        converters.Add(new ZeroForNullConverter<bool>(JsonMetadataServices.BooleanConverter));
        converters.Add(new ZeroForNullConverter<ushort>(JsonMetadataServices.UInt16Converter));
        converters.Add(new ZeroForNullConverter<int>(JsonMetadataServices.Int32Converter));
        converters.Add(new ZeroForNullConverter<uint>(JsonMetadataServices.UInt32Converter));
        converters.Add(new ZeroForNullConverter<long>(JsonMetadataServices.Int64Converter));
        converters.Add(new ZeroForNullConverter<ulong>(JsonMetadataServices.UInt64Converter));
        converters.Add(new ZeroForNullConverter<double>(JsonMetadataServices.DoubleConverter));
    }
}
