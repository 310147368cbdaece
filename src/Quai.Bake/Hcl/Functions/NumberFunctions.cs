using System.Globalization;
using System.Numerics;
using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Functions;

/// <summary>Functions of numbers and truth values.</summary>
internal static class NumberFunctions
{
    public static void AddTo(FunctionTable table)
    {
        foreach ((string name, Function function) in (IEnumerable<(string, Function)>)[
            ("add", Operators.Add), ("subtract", Operators.Subtract), ("multiply", Operators.Multiply), ("divide", Operators.Divide), ("modulo", Operators.Modulo),
            ("greaterthan", Operators.GreaterThan), ("greaterthanorequalto", Operators.GreaterThanOrEqual),
            ("lessthan", Operators.LessThan), ("lessthanorequalto", Operators.LessThanOrEqual)])
        {
            table.Add(name, "a:number b:number", function.Call);
        }

        table.Add("negate", "num:number", Operators.Negate.Call);
        table.Add("and", "a:bool b:bool", Operators.And.Call);
        table.Add("or", "a:bool b:bool", Operators.Or.Call);
        table.Add("not", "val:bool", Operators.Not.Call);
        table.Add("equal", "a:any? b:any?", Operators.Equal.Call);
        table.Add("notequal", "a:any? b:any?", Operators.NotEqual.Call);
        table.Add("absolute", "num:number", a => Value.Number(a[0].AsNumber.Sign < 0 ? -a[0].AsNumber : a[0].AsNumber));
        table.Add("ceil", "num:number", a => Value.Number(BigNumber.Of(a[0].AsNumber.Ceiling())));
        table.Add("floor", "num:number", a => Value.Number(BigNumber.Of(a[0].AsNumber.Floor())));
        table.Add("int", "num:number", a => Value.Number(BigNumber.Of(a[0].AsNumber.Truncate())));
        table.Add("signum", "num:number", a => Value.Number(a[0].AsNumber.Sign));
        table.Add("min", "...numbers:number", a => Extreme(a, -1));
        table.Add("max", "...numbers:number", a => Extreme(a, 1));
        table.Add("log", "num:number base:number", a => Double(Math.Log(a[0].AsNumber.ToDouble()) / Math.Log(a[1].AsNumber.ToDouble())));
        table.Add("pow", "num:number power:number", a => Double(Math.Pow(a[0].AsNumber.ToDouble(), a[1].AsNumber.ToDouble())));
        table.Add("parseint", "number:any base:number", ParseInteger);
    }

    private static Value Extreme(Value[] numbers, int sign)
    {
        if (numbers.Length == 0)
        {
            throw new FunctionException("must pass at least one number");
        }

        Value best = numbers[0];
        foreach (Value number in numbers)
        {
            best = number.AsNumber.CompareTo(best.AsNumber) * sign > 0 ? number : best;
        }

        return best;
    }

    private static Value Double(double value) => double.IsFinite(value) ? Value.Number(BigNumber.Of(value)) : throw new FunctionException("the result is not a finite number");

    private static Value ParseInteger(Value[] arguments)
    {
        if (arguments[0].Type.Kind != TypeKind.String)
        {
            throw new FunctionException($"first argument must be a string, not {arguments[0].Type.FriendlyName}", 0);
        }

        if (arguments[1].AsNumber.ToInt32() is not { } numberBase || numberBase is < 2 or > 62)
        {
            throw new FunctionException("base must be a whole number between 2 and 62 inclusive", 1);
        }

        string text = arguments[0].AsString;
        bool negative = text.StartsWith('-');
        BigInteger result = 0;
        string digits = text.TrimStart('-', '+');
        bool isValid = digits.Length > 0 && text.Length - digits.Length <= 1 && digits.Length < 5000;
        foreach (char c in digits)
        {
            int digit = c switch
            {
                >= '0' and <= '9' => c - '0',
                >= 'a' and <= 'z' => c - 'a' + 10,
                >= 'A' and <= 'Z' => numberBase <= 36 ? c - 'A' + 10 : c - 'A' + 36,
                _ => 99,
            };
            isValid &= digit < numberBase;
            result = (result * numberBase) + digit;
        }

        return isValid
            ? Value.Number(BigNumber.Of(negative ? -result : result))
            : throw new FunctionException($"cannot parse \"{text}\" as a base {numberBase.ToString(CultureInfo.InvariantCulture)} integer", 0);
    }
}
