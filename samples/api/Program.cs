// Serves a model: POST /classify with a JSON string; GET /health. The model is read again when its file changes.
// dotnet run --project samples/api -- --Model reviews.zip --urls http://localhost:5080
using Unroll;
using Unroll.Models;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddUnroll(builder.Configuration["Model"] ?? "reviews.zip", o => o.MaximumTokens = 2000);
builder.Services.AddHealthChecks().AddUnroll();

WebApplication app = builder.Build();
app.MapHealthChecks("/health");
app.MapPost("/classify", IResult (string[] texts, ISentenceClassifier model) =>
{
    try
    {
        return Results.Json(model.Predict(texts).ToArray());
    }
    catch (InputException e)
    {
        return Results.BadRequest(e.Message);
    }
});
app.Run();
