using System.Text;
using System.Text.Json;
using Quai.Bake.Entries;
using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Functions.Strings;

/// <summary>Functions that encode and decode text.</summary>
internal static class EncodingFunctions
{
    public static void AddTo(FunctionTable table)
    {
        table.Add("base64encode", "str:string", a => Value.String(Convert.ToBase64String(Encoding.UTF8.GetBytes(a[0].AsString))));
        table.Add("base64decode", "str:string", a => Value.String(DecodeBase64(a[0].AsString)));
        table.Add("urlencode", "str:string", a => Value.String(EncodeUrl(a[0].AsString)));
        table.Add("jsonencode", "val:any?", a => Value.String(ValueJson.Write(a[0])));
        table.Add("jsondecode", "str:string", a => DecodeJson(a[0].AsString));
        table.Add("csvdecode", "str:string", a => DecodeCsv(a[0].AsString));
    }

    /// <summary>The bytes of base64 text with padding, which ends of lines may interrupt.</summary>
    public static byte[] Base64Bytes(string text)
    {
        string compact = text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);
        byte[] bytes = new byte[compact.Length];
        return compact.Length % 4 == 0 && !compact.Any(char.IsWhiteSpace) && Convert.TryFromBase64String(compact, bytes, out int length)
            ? bytes[..length]
            : throw new FunctionException($"failed to decode base64 data '{text}'");
    }

    private static string DecodeBase64(string text)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Base64Bytes(text));
        }
        catch (DecoderFallbackException)
        {
            throw new FunctionException("the result of decoding the provided string is not valid UTF-8");
        }
    }

    private static string EncodeUrl(string text)
    {
        StringBuilder result = new();
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            _ = b switch
            {
                (byte)' ' => result.Append('+'),
                _ when char.IsAsciiLetterOrDigit((char)b) || "-_.~".Contains((char)b, StringComparison.Ordinal) => result.Append((char)b),
                _ => result.Append('%').Append(Convert.ToHexString([b])),
            };
        }

        return result.ToString();
    }

    private static Value DecodeJson(string text)
    {
        try
        {
            return ValueJson.Read(text);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            throw new FunctionException("invalid JSON text");
        }
    }

    private static Value DecodeCsv(string text)
    {
        List<string[]> records;
        try
        {
            records = Csv.ReadRecords(text);
        }
        catch (FormatException e)
        {
            throw new FunctionException("CSV " + e.Message);
        }

        if (records.Count == 0)
        {
            throw new FunctionException("missing header line");
        }

        string[] names = records[0];
        if (names.Distinct().Count() != names.Length)
        {
            throw new FunctionException($"duplicate column name \"{names.GroupBy(name => name).First(group => group.Count() > 1).Key}\"");
        }

        List<Value> rows = [];
        foreach (string[] record in records.Skip(1))
        {
            if (record.Length != names.Length)
            {
                throw new FunctionException($"CSV parse error on line {rows.Count + 2}: wrong number of fields");
            }

            rows.Add(Value.Object(names.Zip(record, (name, field) => KeyValuePair.Create(name, Value.String(field)))));
        }

        return Value.List(HclType.Object(names.Select(name => KeyValuePair.Create(name, HclType.String))), rows);
    }
}
