window.SwaggerUIBundle({ url: "/pos/v1/openapi.json", dom_id: "#docs", validatorUrl: null });
